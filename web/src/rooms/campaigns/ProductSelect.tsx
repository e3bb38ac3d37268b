import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client';
import type { Campaign } from '../../api';
import { useText } from '../../kit/i18n';
import { useDebounced } from '../../kit/hooks';
import { productOptions } from './draft';

type Props = { campaign?: Campaign; value?: string | null; onChange?: (value: string | null) => void; id?: string };

/** Choose a product by a few characters of its name; each shows its risk level. Form.Item gives it its value. */
export function ProductSelect({ campaign, value, onChange, id }: Props) {
  const { t } = useText();
  const [q, setQ] = useState('');
  const settled = useDebounced(q.trim(), 250);
  const found = useQuery({
    queryKey: ['campaign-products', settled],
    queryFn: ({ signal }) => api.get('/campaigns/products', { query: { q: settled }, signal }),
    placeholderData: (before) => before,
  });
  return (
    <Select
      id={id}
      value={value}
      onChange={(next) => onChange?.(next ?? null)}
      allowClear
      showSearch={{ filterOption: false, onSearch: setQ, searchValue: q }}
      loading={found.isFetching}
      placeholder={t('common.optional')}
      options={productOptions(found.data?.items ?? [], campaign)}
      data-testid="campaign-product"
    />
  );
}
