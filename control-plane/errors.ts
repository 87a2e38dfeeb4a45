/**
 * Every coded error of the control plane, in one table: what the code means, how REST answers it, what to do.
 * Codes are stable: programs may branch on them. Keep the entries in alphabetical order.
 */

export interface ErrorEntry {
  /** HTTP status of the problem details (RFC 9457). */
  readonly status: number;
  /** What it is, the same at every occurrence. */
  readonly title: string;
  /** What a person can do about it. */
  readonly remedy: string;
}

export const ERRORS = {
  COHORT_ADMIN_PORT: {
    status: 500,
    title: 'The admin port cannot be opened',
    remedy: 'Check that the address is of this machine and that no other program has the port.',
  },
  COHORT_ADMIN_TOKEN: {
    status: 500,
    title: 'The admin interface needs a bearer token off loopback',
    remedy: 'Give a token of at least 16 characters, or listen on a loopback address.',
  },
  COHORT_ADMISSION_NOT_FOUND: {
    status: 404,
    title: 'The organization is not admitted by name',
    remedy: 'Check the organization; `/v1/admissions` lists those that are.',
  },
  COHORT_AGENT_ENDPOINT: {
    status: 502,
    title: "An endpoint with a server's numbers gives none",
    remedy: 'Check the URL and what it answers; the lease lives on, without the numbers of this endpoint.',
  },
  COHORT_AGENT_SERVER_GONE: {
    status: 503,
    title: 'The server that an agent watches has ended',
    remedy: 'Start it again; the agent gives its lease back until then.',
  },
  COHORT_AGENT_UNREADABLE: {
    status: 500,
    title: 'A file with the numbers of a process or a cgroup cannot be read',
    remedy: 'Run the agent as the user that the server runs as, or as root, on the machine of the server.',
  },
  COHORT_AGENT_VALUE: {
    status: 500,
    title: "A number of a server's load cannot be used",
    remedy: 'Correct what gives it; until then this dimension is not published.',
  },
  COHORT_ASSIGNMENT_VERSION_UNKNOWN: {
    status: 404,
    title: 'This version of the assignment is not kept',
    remedy: 'Ask for one that `versions` lists: the last ones that this replica has seen.',
  },
  COHORT_BRAKE_NOT_ENGAGED: {
    status: 409,
    title: 'The brake is not engaged',
    remedy: 'Nothing to do; `/v1/verdicts` shows the brake.',
  },
  COHORT_CTL_ANSWER: {
    status: 502,
    title: 'What answers is no control plane',
    remedy: 'Check --server: it must lead to the admin interface of a control plane.',
  },
  COHORT_CTL_CONFIG: {
    status: 400,
    title: 'The options of `cohort ctl` cannot be used',
    remedy: 'Correct the option, the environment variable or the file that the message names.',
  },
  COHORT_CTL_FILE: {
    status: 400,
    title: 'The file cannot be used',
    remedy: 'Give a file with one object in YAML or JSON.',
  },
  COHORT_CTL_INCOMPLETE: {
    status: 504,
    title: 'It is written, and was not done when the time was up',
    remedy: 'It goes on by itself; look again, or wait longer with --timeout.',
  },
  COHORT_CTL_NOTHING: {
    status: 400,
    title: 'Nothing is to be changed',
    remedy: 'Say what is to change; --help lists what there is.',
  },
  COHORT_CTL_NOT_CONFIRMED: {
    status: 409,
    title: 'It was not agreed to',
    remedy: 'Answer y on a terminal, or give the option that the message names.',
  },
  COHORT_CTL_UNREACHABLE: {
    status: 503,
    title: 'No control plane answers',
    remedy: 'Check --server, or COHORT_CTL_SERVER, and that the control planes run; for https, --ca.',
  },
  COHORT_FILTER_CODE: {
    status: 500,
    title: "The protocol filters' code cannot be used",
    remedy: 'Run `npm run build:filters`, or give the path of the compiled filter.',
  },
  COHORT_GREETER_LISTENER: {
    status: 500,
    title: 'A listener has settings that the greeter cannot use',
    remedy: 'Correct the listener in the settings; until then its devices are answered 503.',
  },
  COHORT_GREETER_PORT: {
    status: 500,
    title: "The greeter's port cannot be opened",
    remedy: 'Check that the address is of this machine and that no other program has the port.',
  },
  COHORT_GREETER_REDIRECT: {
    status: 500,
    title: 'The redirect callback cannot be used',
    remedy:
      'The module must export a function as its default: (device, organization, target) => bytes | { close, reason }.',
  },
  COHORT_INTERNAL: {
    status: 500,
    title: 'Something went wrong that should not',
    remedy: "This is a defect of Cohort; the control plane's log has the details.",
  },
  COHORT_LAST_SERVER: {
    status: 409,
    title: 'It is the last server that takes devices',
    remedy: 'Add another server first; `?force=true` does it all the same.',
  },
  COHORT_LEADER_UNKNOWN: {
    status: 503,
    title: 'No replica leads at the moment',
    remedy: 'Repeat the request in a few seconds, when one is elected.',
  },
  COHORT_LEADER_UNREACHABLE: {
    status: 502,
    title: 'The leader does not answer this replica',
    remedy: 'Repeat the request, or ask the leader directly.',
  },
  COHORT_LISTENER_EXISTS: {
    status: 409,
    title: 'There is a listener with this name',
    remedy: 'Change it with PUT, or choose another name.',
  },
  COHORT_LISTENER_NOT_FOUND: {
    status: 404,
    title: 'There is no listener with this name',
    remedy: 'Check the name; `/v1/listeners` lists those that are.',
  },
  COHORT_METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'The resource does not take this method',
    remedy: 'The Allow header lists the methods that it takes.',
  },
  COHORT_NOT_FOUND: {
    status: 404,
    title: 'There is nothing at this path',
    remedy: 'Check the path.',
  },
  COHORT_NOT_READY: {
    status: 503,
    title: 'This control plane has not loaded its state',
    remedy: 'Check that etcd is reached; it goes on by itself as soon as it is.',
  },
  COHORT_PIN_NOT_FOUND: {
    status: 404,
    title: 'The organization is not pinned',
    remedy: 'Check the organization; `/v1/pins` lists those that are.',
  },
  COHORT_PIN_SERVER_UNKNOWN: {
    status: 422,
    title: 'The server that the pin names does not exist',
    remedy: 'Create the server first, or name another; `/v1/servers` lists those that are.',
  },
  COHORT_PRECONDITION_FAILED: {
    status: 412,
    title: 'The resource is no longer what If-Match says',
    remedy: 'Read it again, decide again, and send its new ETag.',
  },
  COHORT_PROXY_NOT_FOUND: {
    status: 404,
    title: 'No proxy with this id is connected',
    remedy: 'Check the id; `/v1/proxies` lists those that are.',
  },
  COHORT_QUARANTINE_NOT_FOUND: {
    status: 404,
    title: 'The organization is not in quarantine',
    remedy: 'Check the organization; `/v1/quarantines` lists those that are.',
  },
  COHORT_REBALANCE_NOT_FOUND: {
    status: 404,
    title: 'There is no such round or move',
    remedy: 'Check the id; `/v1/rebalances` lists the rounds of the last 30 days.',
  },
  COHORT_REBALANCE_NOT_UNDONE: {
    status: 409,
    title: 'The move cannot be undone',
    remedy: 'The message says why; a pin takes an organization to any server.',
  },
  COHORT_REBALANCE_NO_LOAD: {
    status: 409,
    title: 'No load is known',
    remedy: 'Slots are placed by their number until devices are connected; repeat the request then.',
  },
  COHORT_REQUEST_INVALID: {
    status: 400,
    title: 'The request is not valid',
    remedy: 'Correct what `errors` lists; nothing was changed.',
  },
  COHORT_REQUEST_TOO_LARGE: {
    status: 413,
    title: 'The request is too large',
    remedy: 'Send at most 1 MiB.',
  },
  COHORT_REQUEST_TYPE: {
    status: 415,
    title: 'The request is not JSON',
    remedy: 'Send `Content-Type: application/json`.',
  },
  COHORT_SELECTOR_NOT_FOUND: {
    status: 404,
    title: 'The organization has no selector',
    remedy: 'Check the organization; `/v1/organizations/{organization}` shows its selector.',
  },
  COHORT_SERVER_ADDRESS_TAKEN: {
    status: 409,
    title: 'Another server has this address',
    remedy: 'Give every port of every server an address of its own.',
  },
  COHORT_SERVER_EXISTS: {
    status: 409,
    title: 'There is a server with this id',
    remedy: 'Change it with PUT or PATCH, or choose another id.',
  },
  COHORT_SERVER_NOT_FOUND: {
    status: 404,
    title: 'There is no server with this id',
    remedy: 'Check the id; `/v1/servers` lists those that are.',
  },
  COHORT_STORE_COMPACTED: {
    status: 410,
    title: 'etcd has discarded the revision that was asked for',
    remedy: 'Read the present state instead.',
  },
  COHORT_STORE_CONFLICT: {
    status: 409,
    title: 'What the change builds on has changed meanwhile',
    remedy: 'Read the present state and decide again.',
  },
  COHORT_STORE_FAILED: {
    status: 500,
    title: 'etcd refused a request',
    remedy: "The message is etcd's own; see its log. If it persists, this is a defect of Cohort.",
  },
  COHORT_STORE_FENCED: {
    status: 409,
    title: 'This replica no longer leads: nothing was written',
    remedy: 'Nothing to do; the present leader goes on. Ask again, and the request reaches it.',
  },
  COHORT_STORE_FULL: {
    status: 507,
    title: 'etcd has reached its space quota and takes no more writes',
    remedy: 'Compact and defragment etcd or raise --quota-backend-bytes, then run `etcdctl alarm disarm`.',
  },
  COHORT_STORE_INVALID: {
    status: 500,
    title: 'A stored value cannot be read',
    remedy:
      'Correct or delete the key that the message names; until then the last good value stays in force.',
  },
  COHORT_STORE_LEASE_LOST: {
    status: 409,
    title: 'The lease that the value was to live under has ended',
    remedy: 'Nothing to do; the lease is granted anew and its keys are written again.',
  },
  COHORT_STORE_NOT_LEADER: {
    status: 503,
    title: 'This replica does not lead',
    remedy: 'Ask the leader, or wait until one is elected (seconds).',
  },
  COHORT_STORE_REFUSED: {
    status: 502,
    title: 'etcd refuses these credentials',
    remedy: "Check etcd's user, password and role: it needs read and write permission on the key prefix.",
  },
  COHORT_STORE_STOPPED: {
    status: 503,
    title: 'The store has been stopped',
    remedy: 'The process is ending; ask another replica.',
  },
  COHORT_STORE_TOO_LARGE: {
    status: 413,
    title: 'The value is larger than etcd takes in one request',
    remedy: "Make it smaller; etcd's limit is --max-request-bytes, 1.5 MiB by default.",
  },
  COHORT_STORE_UNAVAILABLE: {
    status: 503,
    title: 'etcd did not answer in time',
    remedy: 'Check that a majority of its members run and are reached from here; the call may be repeated.',
  },
  COHORT_TOO_MANY_STREAMS: {
    status: 503,
    title: 'Too many clients follow the events of this replica',
    remedy: 'Close those that are not needed, or ask another replica.',
  },
  COHORT_UNAUTHORIZED: {
    status: 401,
    title: 'The request has no valid bearer token',
    remedy: 'Send `Authorization: Bearer <token>` with the token that the control planes were given.',
  },
  COHORT_WOULD_CLOSE: {
    status: 409,
    title: 'It would close live connections',
    remedy: 'Do it when few devices are connected; `?force=true` does it now.',
  },
  COHORT_WOULD_OVERLOAD: {
    status: 409,
    title: 'It would take capacity below the load',
    remedy: 'Add servers or raise their capacity first; `?force=true` does it all the same.',
  },
  COHORT_XDS_CERTIFICATE: {
    status: 500,
    title: 'The certificate files cannot be used',
    remedy:
      'Check that the files exist, are PEM, and that certificate and key belong together; `cohort certs` makes some.',
  },
  COHORT_XDS_PLAINTEXT: {
    status: 500,
    title: 'xDS without TLS is for loopback addresses alone',
    remedy: 'Give certificate, key and authority, or listen on a loopback address.',
  },
  COHORT_XDS_PORT: {
    status: 500,
    title: 'The xDS port cannot be opened',
    remedy: 'Check that the address is of this machine and that no other program has the port.',
  },
} as const satisfies Record<`COHORT_${string}`, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** An error with a code of the table. The message says what happened and where. */
export class CohortError extends Error {
  override readonly name = 'CohortError';
  readonly code: ErrorCode;
  /** Facts for programs, such as the keys in conflict; becomes part of the problem details. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  /** HTTP status of the table. */
  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** Whether `error` is a coded one, and of this code if one is given. */
export function isCohortError(error: unknown, code?: ErrorCode): error is CohortError {
  return error instanceof CohortError && (code === undefined || error.code === code);
}
