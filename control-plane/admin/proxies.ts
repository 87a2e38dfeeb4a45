/** `/v1/proxies`: what the proxies have applied, refused, and see. The leader knows. */
import type { Router } from 'express';
import { CohortError } from '../errors.ts';
import type { ProxyView } from '../fleet-view/fleet-view.ts';
import type { Position } from '../leader/fleet.ts';
import { shortType } from '../xds/resource-types.ts';
import type { AdminContext } from './context.ts';
import { param, resource } from './resource.ts';
import { atLeader } from './to-leader.ts';

export function proxyRoutes(router: Router, context: AdminContext): void {
  resource(router, '/v1/proxies', {
    get: atLeader(context, (_request, response) => {
      const all = context
        .fleetView()
        .listProxies(context.now())
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      response.json({ proxies: all.map((proxy) => view(context, proxy)) });
    }),
  });
  resource(router, '/v1/proxies/:id', {
    get: atLeader(context, (request, response) => {
      const id = param(request, 'id');
      const proxy = context.fleetView().proxy(id, context.now());
      if (proxy === undefined)
        throw new CohortError('COHORT_PROXY_NOT_FOUND', `no replica hears a proxy ${id}`);
      response.json(view(context, proxy));
    }),
  });
}

export function positionView(position: Position | undefined): { epoch: string; version: string } | null {
  return position === undefined ? null : { epoch: String(position.epoch), version: String(position.version) };
}

function view(context: AdminContext, { id, applied, facts, replicas, connections }: ProxyView): object {
  const now = context.now();
  const sightings = context.fleetView().view(id);
  return {
    id,
    /** Replicas that it has an ADS stream to. */
    replicas,
    envoy: facts?.version ?? null,
    workers: facts?.workers ?? null,
    connectedForMs: facts === undefined ? null : Math.round(facts.connectedForMs),
    /** The assignment that all of its workers route by. */
    applied: positionView(applied),
    connections,
    /** In Envoy's words. */
    refused: (facts?.refused ?? []).map(({ typeUrl, name, message, agoMs, count }) => ({
      type: shortType(typeUrl),
      name,
      message,
      agoMs: Math.round(agoMs),
      count,
    })),
    late: (facts?.late ?? []).map(({ typeUrl, name }) => ({ type: shortType(typeUrl), name })),
    /** Null: it has said nothing about the servers' health. */
    health:
      sightings?.map(({ cluster, server, health, since }) => ({
        cluster,
        server,
        health,
        forMs: Math.round(now - since),
      })) ?? null,
  };
}
