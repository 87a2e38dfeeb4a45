/** Light or dark: as the system has it, until somebody chooses. */
import { useEffect, useState } from 'preact/hooks';

const KEY = 'cohort-theme';
type Theme = 'light' | 'dark';

export function useTheme(): { theme: Theme; switchTheme: () => void } {
  const query = matchMedia('(prefers-color-scheme: dark)');
  const [chosen, setChosen] = useState<Theme | undefined>(() => {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : undefined;
  });
  const [system, setSystem] = useState<Theme>(query.matches ? 'dark' : 'light');
  useEffect(() => {
    const onChange = (): void => setSystem(query.matches ? 'dark' : 'light');
    query.addEventListener('change', onChange);
    return () => query.removeEventListener('change', onChange);
  }, []);
  const theme = chosen ?? system;
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const switchTheme = (): void => {
    const next = theme === 'dark' ? 'light' : 'dark';
    localStorage.setItem(KEY, next);
    setChosen(next);
  };
  return { theme, switchTheme };
}
