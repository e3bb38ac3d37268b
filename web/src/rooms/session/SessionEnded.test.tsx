// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react';
import { Popover, theme } from 'antd';
import { afterEach, expect, it } from 'vitest';
import type { Me } from '../../api';
import { draw } from '../../kit/testing';
import { SessionEnded } from './SessionEnded';

afterEach(cleanup);

it('lies over whatever a cell tells, whose input stays below it', async () => {
  draw(
    <>
      <Popover open content="备注过长">
        <input />
      </Popover>
      <SessionEnded me={{ employee_no: 'E1' } as Me} idle={false} onResume={() => undefined} />
    </>,
  );
  await screen.findByText('备注过长');
  const dialog = (await screen.findByTestId('session-ended')).closest<HTMLElement>('.ant-modal-wrap');
  // A layer inside as many others as are counted is drawn this high.
  const highest = theme.getDesignToken().zIndexPopupBase + 1100 + 70;
  expect(Number(dialog?.style.zIndex)).toBeGreaterThan(highest);
});
