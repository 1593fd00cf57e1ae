import { reproduces } from "./reproduces.js";

reproduces("demers-1987");
