import { reproduces } from "./reproduces.js";

reproduces("pittel-1987-push");
reproduces("doerr-kostrygin-2017");
reproduces("karp-2000");
