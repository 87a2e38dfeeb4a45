// Entry of the Cohort filter: one module for every plugin of a proxy, so that all share one VM per worker.
export * from '../sdk/exports';
import { on } from '../sdk/contexts';
import { agreeOnOrganizations } from './admission';
import { seatArrivals } from './arrivals';
import { drain } from './drain';
import { onRequestBody, onRequestHeaders, onResponseBody, onResponseHeaders } from './http';
import { onConfigure, onRootGone } from './plugin';
import { onReportAnswer, reportIfDue } from './report';
import { agree } from './shared';
import { identifyByTime, onDownstreamData, onNewConnection, onStreamGone, onUpstreamData } from './tcp';
import { isTicker } from './ticker';

function onTick(root: usize): void {
  if (!isTicker(root)) return;
  agree();
  agreeOnOrganizations();
  identifyByTime();
  seatArrivals();
  drain();
  reportIfDue(root);
}

on.configure = onConfigure;
on.rootGone = onRootGone;
on.tick = onTick;
on.newConnection = onNewConnection;
on.downstreamData = onDownstreamData;
on.upstreamData = onUpstreamData;
on.requestHeaders = onRequestHeaders;
on.requestBody = onRequestBody;
on.responseHeaders = onResponseHeaders;
on.responseBody = onResponseBody;
on.streamGone = onStreamGone;
on.grpcAnswer = onReportAnswer;
