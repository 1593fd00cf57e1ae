import { reproduces } from "./reproduces.js";

reproduces("eppstein-2011-iblt");
reproduces("yang-2024-rateless-iblt");
reproduces("meyer-2023-range-based-reconciliation");
reproduces("minisketch-pinsketch");
