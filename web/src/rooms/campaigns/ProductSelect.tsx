import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client';
import type { Campaign } from '../../api';
import { useText } from '../../kit/i18n';
import { useDebounced } from '../../kit/hooks';
import { EarlyEnter } from '../../kit/fields/EarlyEnter';
import { productOptions } from './draft';

type Props = { campaign?: Campaign; value?: string | null; onChange?: (value: string | null) => void; id?: string };

/** Choose a product by a few characters of its name; each shows its risk level. Form.Item gives it its value. */
export function ProductSelect({ campaign, value, onChange, id }: Props) {
  const { t } = useText();
  const [q, setQ] = useState('');
  const [open, setOpen] = useState(false);
  const settled = useDebounced(q.trim(), 250);
  const found = useQuery({
    queryKey: ['campaign-products', settled],
    queryFn: ({ signal }) => api.get('/campaigns/products', { query: { q: settled }, signal }),
  });
  // What was found for an earlier text is never offered for the one that stands there now.
  const isReady = settled === q.trim() && found.isSuccess;
  const items = isReady ? found.data.items : [];
  const takeFirst = () => {
    setOpen(false);
    setQ('');
    if (items[0]) onChange?.(items[0].uid);
  };
  return (
    <EarlyEnter q={q.trim()} isReady={isReady} onTake={takeFirst}>
      <Select
        id={id}
        value={value}
        onChange={(next) => onChange?.(next ?? null)}
        allowClear
        open={open}
        onOpenChange={setOpen}
        showSearch={{ filterOption: false, onSearch: setQ, searchValue: q }}
        loading={found.isFetching || settled !== q.trim()}
        placeholder={t('common.optional')}
        options={productOptions(items, campaign)}
        data-testid="campaign-product"
      />
    </EarlyEnter>
  );
}
