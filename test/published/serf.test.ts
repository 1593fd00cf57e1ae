import { reproduces } from "./reproduces.js";

reproduces("serf-event-dissemination");
reproduces("serf-convergence-simulator");
