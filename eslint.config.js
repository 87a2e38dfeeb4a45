import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores([
    'build/',
    'coverage/',
    '**/generated/',
    // AssemblyScript: other types, and decorators where TypeScript has none.
    'protocol-filters/sdk/',
    'protocol-filters/filter/',
    'protocol-filters/greeter/',
    'protocol-filters/protocols/',
    'docs/examples/',
    '**/probes/',
  ]),
  js.configs.recommended,
  tseslint.configs.strict,
  {
    files: ['**/*.ts', '**/*.tsx', 'scripts/**/*.mjs'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      // A leading underscore: there for its place in the list.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: 'error',
      // TypeScript itself reports names that do not exist.
      'no-undef': 'off',
      // With noUncheckedIndexedAccess every bounded loop over an array would need a check that cannot fail.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
