/** Light or dark: as the system says, until chosen by hand. */

import { keep, kept } from './kept';

export type Theme = 'system' | 'light' | 'dark';
const THEMES = ['system', 'light', 'dark'] as const;

const dark = matchMedia('(prefers-color-scheme: dark)');

class ThemeChoice {
  choice: Theme = $state(kept('theme', THEMES, 'system'));
  #systemDark = $state(dark.matches);
  readonly shown: 'light' | 'dark' = $derived(
    this.choice === 'system' ? (this.#systemDark ? 'dark' : 'light') : this.choice,
  );

  constructor() {
    dark.addEventListener('change', () => {
      this.#systemDark = dark.matches;
      this.apply();
    });
  }

  /** To the other one; back to the system's where that is the same. */
  toggle(): void {
    const other = this.shown === 'dark' ? 'light' : 'dark';
    this.choice = other === (dark.matches ? 'dark' : 'light') ? 'system' : other;
    keep('theme', this.choice);
    this.apply();
  }

  apply(): void {
    document.documentElement.dataset['theme'] = this.shown;
  }
}

export const theme = new ThemeChoice();

export function startTheme(): void {
  theme.apply();
}
