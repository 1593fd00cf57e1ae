import { reproduces } from "./reproduces.js";

reproduces("hayashibara-2004-phi-accrual");
reproduces("cassandra-failure-detection");
