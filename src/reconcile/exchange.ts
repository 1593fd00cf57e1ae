/**
 * What two sides have said to each other. A message is handed over as bytes, so that nothing reaches the
 * other side that was not counted.
 */
import { MESSAGE_HEADER_BYTES } from "../merkle/exchange.js";
import { MessageReader, type MessageWriter } from "./message.js";

export class Exchange {
  /** Messages with their headers, both directions. */
  bytes = 0;
  messages = 0;
  /** Answers that followed a message of `a`; a stream of answers is one. */
  roundTrips = 0;
  #last: "a" | "b" = "b";

  /** Counts a message and gives the receiver its reader. */
  send(from: "a" | "b", message: MessageWriter): MessageReader {
    const bytes = message.finish();
    this.bytes += MESSAGE_HEADER_BYTES + bytes.length;
    this.messages += 1;
    if (from === "b" && this.#last === "a") this.roundTrips += 1;
    this.#last = from;
    return new MessageReader(bytes);
  }

  /** Adds messages that were counted elsewhere; the last of them came from b. */
  add({ bytes, messages, roundTrips }: ExchangeCounts): void {
    this.bytes += bytes;
    this.messages += messages;
    this.roundTrips += roundTrips;
    this.#last = "b";
  }
}

export interface ExchangeCounts {
  readonly bytes: number;
  readonly messages: number;
  readonly roundTrips: number;
}
