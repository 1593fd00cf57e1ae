import { reproduces } from "./reproduces.js";

reproduces("leitao-2007-hyparview");
