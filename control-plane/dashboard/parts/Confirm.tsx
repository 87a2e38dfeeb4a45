/** Asks before anything is done: what, how many devices it moves, and what REST holds against it. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Ask, Question } from '../data/actions.ts';
import { Refused } from '../data/client.ts';
import { count, counted } from '../model/format.ts';
import { objectionOf, type Objection } from '../model/objection.ts';

/** Flows that are named. */
const NAMED = 6;

export function Confirm({
  ask,
  close,
  done,
}: {
  ask: Ask;
  close: () => void;
  /** It has been done. */
  done: (words: string) => void;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [question, setQuestion] = useState<Question>();
  const [objection, setObjection] = useState<Objection>();
  const [isBusy, setBusy] = useState(false);

  const prepare = (): Promise<void> =>
    ask().then(setQuestion, (error: unknown) => setObjection(objectionOf(problemOf(error))));
  useEffect(() => {
    dialog.current?.showModal();
    void prepare();
  }, []);

  const run = async (force: boolean): Promise<void> => {
    if (question === undefined) return;
    setBusy(true);
    try {
      await question.run(force);
      done(question.done);
      // Not taken away at once: closing gives the focus back.
      dialog.current?.close();
    } catch (error) {
      const found = objectionOf(problemOf(error));
      setObjection(found);
      // Somebody was faster: the numbers are asked for anew.
      if (found.kind === 'changed') await prepare();
    } finally {
      setBusy(false);
    }
  };

  const devices = objection?.devices ?? question?.devices;
  const { flows = [] } = question ?? {};
  const canConfirm = question !== undefined && question.isIdle !== true && objection?.kind !== 'refused';
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="confirm-title" onClose={close}>
      <h2 id="confirm-title">{question?.title ?? (objection ? 'This cannot be done' : 'Asking …')}</h2>
      {question !== undefined && devices !== null && devices !== undefined && question.isIdle !== true && (
        <p class={`count${devices > 0 ? ' some' : ''}`}>
          <strong class="num">{count(devices)}</strong> {devices === 1 ? 'device' : 'devices'} will be moved
        </p>
      )}
      {question?.words.map((words) => (
        <p key={words}>{words}</p>
      ))}
      {flows.length > 0 && (
        <ul class="flows">
          {flows.slice(0, NAMED).map(({ from, to, devices: many }) => (
            <li key={`${from} ${to}`}>
              {from} → {to} <span class="num dim">{counted(many, 'device')}</span>
            </li>
          ))}
          {flows.length > NAMED && <li class="dim">and {count(flows.length - NAMED)} more</li>}
        </ul>
      )}
      {objection !== undefined && (
        <div class={`objection ${objection.kind}`} role="alert">
          <strong>{objection.title}</strong>
          <p>{objection.words}</p>
        </div>
      )}
      <div class="buttons">
        <button type="button" class="plain" onClick={() => dialog.current?.close()}>
          {canConfirm ? 'Cancel' : 'Close'}
        </button>
        {canConfirm && (
          <button
            type="button"
            class={objection?.kind === 'guarded' ? 'danger' : 'primary'}
            disabled={isBusy}
            onClick={() => void run(objection?.kind === 'guarded')}
          >
            {objection?.kind === 'guarded' ? `${question.confirm} all the same` : question.confirm}
          </button>
        )}
      </div>
    </dialog>
  );
}

function problemOf(error: unknown): Parameters<typeof objectionOf>[0] {
  if (error instanceof Refused) return error.problem;
  return { status: 0, detail: error instanceof Error ? error.message : String(error), code: '', remedy: '' };
}
