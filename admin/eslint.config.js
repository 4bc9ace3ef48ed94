import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import typescript from 'typescript-eslint';

export default defineConfig(
  { ignores: ['dist'] },
  js.configs.recommended,
  typescript.configs.strict,
  reactHooks.configs.flat.recommended,
  { files: ['public/*.js'], languageOptions: { globals: { document: 'readonly', localStorage: 'readonly' } } },
  { files: ['size.mjs'], languageOptions: { globals: { console: 'readonly' } } },
  {
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Build React elements: text here comes from strangers.' },
      ],
      'max-lines': ['error', 300],
    },
  },
);
