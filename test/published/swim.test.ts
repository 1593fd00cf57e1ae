import { reproduces } from "./reproduces.js";

reproduces("das-2002-swim");
reproduces("dadgar-2018-lifeguard");
