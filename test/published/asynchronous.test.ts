import { reproduces } from "./reproduces.js";

reproduces("async-rumor-complete-graph");
