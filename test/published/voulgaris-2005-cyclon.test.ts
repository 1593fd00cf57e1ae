import { reproduces } from "./reproduces.js";

reproduces("voulgaris-2005-cyclon");
