import boundaries from 'eslint-plugin-boundaries';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Data and calls walk one way: app → rooms → blocks → kit → api. A room knows no other room. */
const FLOORS = ['app', 'room', 'blocks', 'kit', 'api'];
const below = (floor) => FLOORS.slice(FLOORS.indexOf(floor) + 1);
const allowed = (floor) => (floor === 'room' ? below(floor) : [floor, ...below(floor)]);

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'public', 'src/api/generated'] },
  {
    files: ['src/**/*.{ts,tsx}', 'vite.config.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: 'error',
      'no-restricted-imports': ['error', { paths: [{ name: 'echarts', message: 'Charts are drawn by kit/Chart.' }] }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { boundaries, 'react-hooks': hooks },
    settings: {
      'import/resolver': { typescript: { project: import.meta.dirname } },
      'boundaries/root-path': import.meta.dirname,
      'boundaries/elements': [
        { type: 'app', pattern: 'src/app' },
        { type: 'room', pattern: 'src/rooms/*', capture: ['room'] },
        { type: 'blocks', pattern: 'src/blocks' },
        { type: 'kit', pattern: 'src/kit' },
        { type: 'api', pattern: 'src/api' },
      ],
    },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'boundaries/no-unknown-files': 'error',
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: FLOORS.map((floor) => ({
            from: { element: { type: floor } },
            allow: { to: { element: { types: { anyOf: allowed(floor) } } } },
          })),
        },
      ],
    },
  },
);
