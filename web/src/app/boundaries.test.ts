import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import tseslint from 'typescript-eslint';

/** The rules of the house without those that ask for types: an import is judged by its path alone. */
const eslint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] });

async function faults(file: string, text: string): Promise<(string | null)[]> {
  const found = await eslint.lintText(text, { filePath: `src/${file}` });
  return found.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));
}

const WRONG: [file: string, imported: string][] = [
  ['api/client.ts', '../kit/format'],
  ['kit/format.ts', '../blocks/Due'],
  ['kit/format.ts', '../app/routes'],
  ['kit/condition/model.ts', '../../rooms/audiences'],
  ['blocks/Due.tsx', '../rooms/home'],
  ['rooms/home/index.tsx', '../../app/routes'],
  ['rooms/audiences/Reach.tsx', '../records'],
  ['rooms/records/RecordPage.tsx', '../audiences/index'],
];
const RIGHT: [file: string, imported: string][] = [
  ['app/routes.tsx', '../rooms/home'],
  ['rooms/home/index.tsx', '../../blocks/BlocksPage'],
  ['rooms/records/RecordPage.tsx', './recordParts'],
  ['rooms/records/RecordPage.tsx', '../../api/hooks'],
  ['blocks/Due.tsx', '../kit/format'],
  ['kit/format.ts', './clock'],
  ['kit/states.tsx', '../api/client'],
];

describe('imports', () => {
  it('walk one way: app, rooms, blocks, kit, api; and a room knows no other', { timeout: 120_000 }, async () => {
    for (const [file, imported] of WRONG) {
      const both = `import '${imported}';\nexport const later = () => import('${imported}');\n`;
      expect([file, await faults(file, both)]).toEqual([file, ['boundaries/dependencies', 'boundaries/dependencies']]);
    }
    for (const [file, imported] of RIGHT) {
      expect([file, await faults(file, `import '${imported}';\n`)]).toEqual([file, []]);
    }
  });

  it('of a new folder are nobody’s until it has a floor', { timeout: 120_000 }, async () => {
    expect(await faults('helpers/strings.ts', "import '../kit/format';\n")).toContain('boundaries/no-unknown-files');
  });

  it('bring charts by one way only', { timeout: 120_000 }, async () => {
    expect(await faults('rooms/home/index.tsx', "import 'echarts';\n")).toEqual(['no-restricted-imports']);
  });
});
