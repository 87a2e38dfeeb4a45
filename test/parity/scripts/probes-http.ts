/** What host calls answer an HTTP filter, where the product's filter does not go. */
import { device, server } from '../script.ts';
import type { ProbeScript } from '../probe-script.ts';

const upgrade = {
  path: '/socket',
  headers: [
    ['X-One', '1'],
    ['X-One', '2'],
  ] as const,
};
const agree = { respond: 101 };

export const HTTP_PROBES: readonly ProbeScript[] = [
  {
    name: 'http_callbacks',
    lines: ['# nothing but listening'],
    request: upgrade,
    steps: [agree, server('hello'), device('welcome'), 'device fin'],
  },
  {
    name: 'http_refused_by_the_server',
    lines: ['# nothing but listening'],
    request: upgrade,
    steps: [{ respond: 403 }],
  },
  {
    name: 'http_server_fin',
    lines: ['# nothing but listening'],
    request: upgrade,
    steps: [agree, server('hello'), 'server fin'],
  },
  {
    name: 'http_server_reset_before_it_answers',
    lines: ['# nothing but listening'],
    request: upgrade,
    steps: ['server reset'],
  },
  {
    name: 'http_headers',
    lines: [
      'header 0 :path',
      'header 0 :method',
      'header 0 x-one',
      'header 0 X-ONE',
      'header 0 missing',
      'header 2 :status',
      'header 6 a',
      'header 9 a',
      'header-replace 0 x-one 3',
      'header 0 x-one',
      'header-add 0 x-one 4',
      'header 0 x-one',
      'header-remove 0 x-one',
      'header 0 x-one',
      'header-remove 0 missing',
      'header-replace 2 a b',
    ].map((command) => `request_headers ${command}`),
    request: upgrade,
    steps: [agree],
  },
  {
    name: 'http_headers_too_late',
    lines: [
      'request_body header 0 :path',
      'request_body header-replace 0 x-one 5',
      'response_headers header 0 :path',
    ],
    request: upgrade,
    steps: [agree, device('x')],
  },
  {
    name: 'http_local_response',
    lines: ['request_headers local 429 busy', 'request_headers get 0 0 5'],
    request: upgrade,
    steps: [],
  },
  {
    name: 'http_local_response_without_a_body',
    lines: ['request_headers local 404'],
    request: upgrade,
    steps: [],
  },
  {
    name: 'http_local_response_to_the_response',
    lines: ['response_headers local 502 no'],
    request: upgrade,
    steps: [agree],
  },
  {
    name: 'http_append_for_the_device',
    lines: ['response_body get 1 0 99', 'response_body set 1 5 0 -appended'],
    request: upgrade,
    steps: [agree, server('hello')],
  },
  {
    name: 'http_replace_for_the_server',
    lines: ['request_body get 0 0 99', 'request_body set 0 0 5 other'],
    request: upgrade,
    steps: [agree, device('hello')],
  },
  {
    name: 'http_buffers_outside',
    lines: ['get 0 0 5', 'get 1 0 5', 'get 2 0 5', 'set 0 0 0 x', 'length 0', 'length 7'].map(
      (command) => `request_headers ${command}`,
    ),
    request: upgrade,
    steps: [agree],
  },
  {
    name: 'http_close_request',
    lines: ['request_headers close 0'],
    request: upgrade,
    steps: [],
  },
  {
    name: 'http_close_response_in_body',
    lines: ['response_body close 1'],
    request: upgrade,
    steps: [agree, server('hello')],
  },
  {
    name: 'http_close_tcp_types',
    lines: ['request_headers close 2', 'request_headers close 3', 'request_headers continue 2'],
    request: upgrade,
    steps: [agree, server('hello')],
  },
  {
    name: 'http_close_from_a_tick',
    lines: ['response_body tick 20', 'tick effective 2', 'tick close 0', 'tick tick 0'],
    request: upgrade,
    steps: [agree, server('hello'), { pass: 100 }],
  },
  {
    name: 'http_pause_and_continue_from_a_tick',
    lines: [
      'request_headers return 1',
      'request_headers tick 20',
      'tick effective 2',
      'tick header 0 :path',
      'tick continue 0',
      'tick tick 0',
    ],
    request: upgrade,
    steps: [{ pass: 100 }, agree, server('hello')],
  },
  {
    name: 'http_state_and_properties',
    lines: [
      'request_headers state envoy.hashable_string x',
      'request_headers property request.nothing',
      'request_headers property plugin_name',
      'request_headers property nothing',
      'request_headers property request',
      'request_headers property response',
      'request_headers property upstream',
      'response_headers property response',
      'response_headers property upstream',
    ],
    request: upgrade,
    steps: [agree],
  },
];
