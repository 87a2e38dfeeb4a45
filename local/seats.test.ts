import { expect, it } from 'vitest';
import { seatsOfMetrics, seatsOfServers } from './seats.ts';

it('counts organizations that sit on more than one server', () => {
  expect(
    seatsOfServers([
      { id: 'a', connections: 6, organizations: ['x', 'y'] },
      { id: 'b', connections: 4, organizations: ['y', 'z'] },
      { id: 'c', connections: 2, organizations: ['y'] },
    ]),
  ).toEqual({
    servers: [
      { id: 'a', connections: 6, organizations: 2 },
      { id: 'b', connections: 4, organizations: 2 },
      { id: 'c', connections: 2, organizations: 1 },
    ],
    organizations: 3,
    splitOrganizations: 1,
  });
});

it("reads the leader's metrics", () => {
  const text = `# HELP cohort_server_connections Connections
# TYPE cohort_server_connections gauge
cohort_server_connections{server="a"} 12
cohort_server_connections{server="b.c"} 3
cohort_server_organizations{server="a"} 2
cohort_fleet_organizations 5
cohort_fleet_split_organizations 1
cohort_admin_request_duration_seconds_bucket{le="0.001",method="GET",route="/v1/pins",status="200"} 0
`;
  expect(seatsOfMetrics(text, ['a', 'b.c', 'd'])).toEqual({
    servers: [
      { id: 'a', connections: 12, organizations: 2 },
      { id: 'b.c', connections: 3, organizations: 0 },
      { id: 'd', connections: 0, organizations: 0 },
    ],
    organizations: 5,
    splitOrganizations: 1,
  });
});
