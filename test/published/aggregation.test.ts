import { reproduces } from "./reproduces.js";

reproduces("kempe-2003-pushsum");
reproduces("jelasity-2005-aggregation");
