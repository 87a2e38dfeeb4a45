import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Dashboard } from '../data/dashboard.ts';

/** Asks for the admin token. It is kept in this tab alone, until that is closed. */
export function SignIn({ dashboard, isWrong }: { dashboard: Dashboard; isWrong: boolean }): JSX.Element {
  const [token, setToken] = useState('');
  return (
    <main class="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token !== '') void dashboard.signIn(token.trim());
        }}
      >
        <img src="dashboard.svg" alt="" width="40" height="40" />
        <h1>Cohort</h1>
        <label for="token">Admin token</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          autofocus
          value={token}
          aria-describedby="token-hint"
          aria-invalid={isWrong}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        {isWrong && (
          <p class="error" role="alert">
            This token is not the one.
          </p>
        )}
        <button type="submit" class="primary">
          Sign in
        </button>
        <p id="token-hint" class="dim">
          The value of <code>COHORT_ADMIN_TOKEN</code>. It stays in this tab, until you close it.
        </p>
      </form>
    </main>
  );
}
