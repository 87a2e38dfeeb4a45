/** The admin interface as an express application. */
import express, { type Express, type RequestHandler } from 'express';
import { CohortError } from '../errors.ts';
import { appliedRoutes } from './applied.ts';
import { admissionRoutes } from './admissions.ts';
import { assignmentRoutes } from './assignment.ts';
import { authentication } from './authentication.ts';
import type { AdminContext } from './context.ts';
import { dashboardRoutes } from './dashboard.ts';
import { documentRoutes } from './documents.ts';
import { eventRoutes } from './events.ts';
import { metricsRoutes, probeRoutes } from './health.ts';
import { leaderRoutes } from './leader.ts';
import { listenerRoutes } from './listeners.ts';
import { loadRoutes } from './load.ts';
import { organizationRoutes } from './organizations.ts';
import { overviewRoutes } from './overview.ts';
import { pinRoutes } from './pins.ts';
import { problemHandler } from './problem.ts';
import { proxyRoutes } from './proxies.ts';
import { quarantineRoutes } from './quarantines.ts';
import { rebalanceRoutes } from './rebalances.ts';
import { Api, type Described } from './resource.ts';
import { scanRoutes } from './scans.ts';
import { selectorRoutes } from './selectors.ts';
import { serverRoutes } from './servers.ts';
import { settingsRoutes } from './settings.ts';
import { splitRoutes } from './splits.ts';
import { verdictRoutes } from './verdicts.ts';

export function adminApp(context: AdminContext): Express {
  const { open, guarded } = adminApis(context);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(measured(context));
  app.use(open.router);
  app.use(dashboardRoutes(context.dashboard));
  app.use(authentication(context.token));
  app.use(express.json({ limit: '1mb', strict: false }));
  app.use(guarded.router);
  app.use((request) => {
    throw new CohortError('COHORT_NOT_FOUND', `there is nothing at ${request.path}`);
  });
  app.use(problemHandler(context.log));
  return app;
}

/** `open` needs no token. */
export function adminApis(context: AdminContext): { open: Api; guarded: Api } {
  const open = new Api(context);
  const guarded = new Api(context);
  const described = (): Described[] => [...guarded.described, ...open.described];
  probeRoutes(open, context);
  documentRoutes(open, described);
  for (const routes of [
    serverRoutes,
    organizationRoutes,
    pinRoutes,
    listenerRoutes,
    settingsRoutes,
    assignmentRoutes,
    proxyRoutes,
    splitRoutes,
    scanRoutes,
    rebalanceRoutes,
    selectorRoutes,
    admissionRoutes,
    eventRoutes,
    overviewRoutes,
    loadRoutes,
    appliedRoutes,
    leaderRoutes,
    verdictRoutes,
    quarantineRoutes,
    metricsRoutes,
  ]) {
    routes(guarded, context);
  }
  return { open, guarded };
}

function measured(context: AdminContext): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    response.on('finish', () => {
      // The pattern and not the path, or every organization would make a time series.
      const { path } = (request.route as { path?: string } | undefined) ?? {};
      // Followers of events stay for as long as they like.
      if (path === '/v1/events') return;
      const seconds = (performance.now() - began) / 1000;
      context.observeRequest(request.method, path ?? 'none', response.statusCode, seconds);
    });
    next();
  };
}
