/**
 * SWIM with Lifeguard, as HashiCorp's memberlist runs it: probes in round-robin order, indirect probes with
 * nacks, a ping over TCP, suspicion timers that confirmations shorten, local health, refutation, gossip of
 * news with a transmit limit in packets of bounded size, exchanges of full state. The engine is
 * assembly/runtime/swim-*.ts, with memberlist's settings of assembly/runtime/memberlist.ts.
 */
import { startMemberlist } from "../runtime/memberlist";
import { actAll, measureAll, receiveAll } from "../runtime/swim-run";

export function swimLifeguardStart(c: u32): void {
  startMemberlist(c);
}
export function swimLifeguardReceive(c: u32): void {
  receiveAll(c);
}
export function swimLifeguardAct(c: u32): void {
  actAll(c);
}
export function swimLifeguardMeasure(c: u32): void {
  measureAll(c);
}
