import { reproduces } from "./reproduces.js";

reproduces("jelasity-2007-peer-sampling");
