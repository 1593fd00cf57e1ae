import { reproduces } from "./reproduces.js";

reproduces("bloom-family");
reproduces("deng-2006-stable-bloom");
