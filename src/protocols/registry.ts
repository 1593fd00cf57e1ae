/** Every protocol by its id: one import and one entry each. */
import { alertmanagerHa } from "./alertmanager-ha/protocol.js";
import { antiEntropy } from "./anti-entropy/protocol.js";
import { cassandraGossip } from "./cassandra-gossip/protocol.js";
import { chitchatScuttlebutt } from "./chitchat-scuttlebutt/protocol.js";
import { configSpread } from "./config-spread/protocol.js";
import { dynamoKv } from "./dynamo-kv/protocol.js";
import { flood } from "./flood/protocol.js";
import { gossipP } from "./gossip-p/protocol.js";
import { k8sEndpointChurn } from "./k8s-endpoint-churn/protocol.js";
import { medianCounter } from "./median-counter/protocol.js";
import { metallbMemberlist } from "./metallb-memberlist/protocol.js";
import { phiAccrual } from "./phi-accrual/protocol.js";
import type { Protocol } from "./protocol.js";
import { pull } from "./pull/protocol.js";
import { pushPull3msg } from "./push-pull-3msg/protocol.js";
import { pushPullAverage } from "./push-pull-average/protocol.js";
import { pushPull } from "./push-pull/protocol.js";
import { pushSum } from "./push-sum/protocol.js";
import { push } from "./push/protocol.js";
import { quantile } from "./quantile/protocol.js";
import { ringKv } from "./ring-kv/protocol.js";
import { redisCluster } from "./redis-cluster/protocol.js";
import { rumorMongering } from "./rumor-mongering/protocol.js";
import { rumorStream } from "./rumor-stream/protocol.js";
import { serfEvent } from "./serf-event/protocol.js";
import { sketch } from "./sketch/protocol.js";
import { swimBasic } from "./swim-basic/protocol.js";
import { swimLifeguard } from "./swim-lifeguard/protocol.js";

export const protocols: readonly Protocol[] = [
  push,
  pull,
  pushPull,
  pushPull3msg,
  flood,
  medianCounter,
  rumorMongering,
  rumorStream,
  gossipP,
  pushSum,
  pushPullAverage,
  antiEntropy,
  sketch,
  quantile,
  phiAccrual,
  cassandraGossip,
  swimBasic,
  swimLifeguard,
  metallbMemberlist,
  alertmanagerHa,
  ringKv,
  configSpread,
  k8sEndpointChurn,
  dynamoKv,
  chitchatScuttlebutt,
  serfEvent,
  redisCluster,
];

export function findProtocol(id: string): Protocol | undefined {
  return protocols.find((protocol) => protocol.id === id);
}
