/** The admin interface as an express application. */
import express, { Router, type Express, type RequestHandler } from 'express';
import { CohortError } from '../errors.ts';
import { assignmentRoutes } from './assignment.ts';
import { authentication } from './authentication.ts';
import type { AdminContext } from './context.ts';
import { metricsRoutes, probeRoutes } from './health.ts';
import { leaderRoutes } from './leader.ts';
import { organizationRoutes } from './organizations.ts';
import { pinRoutes } from './pins.ts';
import { problemHandler } from './problem.ts';
import { proxyRoutes } from './proxies.ts';
import { scanRoutes } from './scans.ts';
import { serverRoutes } from './servers.ts';
import { settingsRoutes } from './settings.ts';
import { verdictRoutes } from './verdicts.ts';

export function adminApp(context: AdminContext): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(measured(context));
  const probes = Router();
  probeRoutes(probes, context);
  app.use(probes);
  app.use(authentication(context.token));
  app.use(express.json({ limit: '1mb', strict: false }));
  const router = Router({ caseSensitive: true, strict: true });
  for (const routes of [
    serverRoutes,
    pinRoutes,
    assignmentRoutes,
    proxyRoutes,
    organizationRoutes,
    leaderRoutes,
    scanRoutes,
    settingsRoutes,
    verdictRoutes,
    metricsRoutes,
  ]) {
    routes(router, context);
  }
  app.use(router);
  app.use((request) => {
    throw new CohortError('COHORT_NOT_FOUND', `there is nothing at ${request.path}`);
  });
  app.use(problemHandler(context.log));
  return app;
}

function measured(context: AdminContext): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    response.on('finish', () => {
      // The pattern and not the path, or every organization would make a time series.
      const { path } = (request.route as { path?: string } | undefined) ?? {};
      const seconds = (performance.now() - began) / 1000;
      context.observeRequest(request.method, path ?? 'none', response.statusCode, seconds);
    });
    next();
  };
}
