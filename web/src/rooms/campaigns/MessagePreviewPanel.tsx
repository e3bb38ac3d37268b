import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client';
import type { MessagePreview } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { useReport, useSay } from '../../kit/feedback';
import { Icon } from '../../kit/Icon';
import { Panel } from '../../kit/Panel';
import { QueryState } from '../../kit/states';
import { RecordPicker, type Picked } from '../../kit/fields/RecordPicker';

/** The message as a real customer would get it, under mask. */
export function MessagePreviewPanel({ uid }: { uid: string }) {
  const { t } = useText();
  const report = useReport();
  const say = useSay();
  const [party, setParty] = useState<Picked | undefined>();
  const preview = useQuery({
    queryKey: ['campaign-preview', uid, party?.value],
    queryFn: ({ signal }) =>
      api.post('/campaigns/{uid}/preview', { path: { uid }, body: { party: party?.value }, signal }),
    placeholderData: keepPreviousData,
  });
  const test = useChange({
    mutationFn: () => api.post('/campaigns/{uid}/test-mail', { path: { uid } }),
    onSuccess: (answer) => say(t('campaign.testSent', { to: answer.sent_to })),
    onError: report,
  });
  return (
    <Panel
      id="message-preview"
      title={t('campaign.previewTitle')}
      foot={
        <>
          <span style={{ width: 190 }}>
            <RecordPicker object="party" testId="preview-party" value={party} onChange={setParty} />
          </span>
          <Button
            className="right"
            icon={<Icon name="mail" size={14} />}
            loading={test.isPending}
            onClick={() => test.mutate()}
            data-testid="test-mail"
          >
            {t('campaign.testMail')}
          </Button>
        </>
      }
    >
      <QueryState query={preview} rows={5}>
        {(data) => <Message data={data} />}
      </QueryState>
    </Panel>
  );
}

function Message({ data }: { data: MessagePreview }) {
  const { t } = useText();
  return (
    <div className="stack gap-8">
      {data.findings.map((finding) => (
        <div key={finding.code + finding.message} className="alert attention" style={{ margin: 0 }}>
          {finding.message}
        </div>
      ))}
      <p className="small ink-3">{t('campaign.previewFor', { name: data.party.display })}</p>
      <p className="strong" data-testid="preview-subject">
        {data.subject}
      </p>
      <pre className="message quiet">{data.body_text}</pre>
    </div>
  );
}
