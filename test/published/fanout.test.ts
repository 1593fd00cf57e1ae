import { reproduces } from "./reproduces.js";

reproduces("kermarrec-2003-fanout");
