import { reproduces } from "./reproduces.js";

reproduces("ganesh-2003-scamp");
