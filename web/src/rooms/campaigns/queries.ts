import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { Campaign } from '../../api';

export function useCampaign(uid: string | undefined) {
  return useQuery({
    queryKey: ['campaign', uid],
    queryFn: ({ signal }) => api.get('/campaigns/{uid}', { path: { uid: uid ?? '' }, signal }),
    enabled: uid !== undefined,
    // A running campaign moves by itself.
    refetchInterval: (query) => (query.state.data?.state === 'running' ? 10_000 : false),
  });
}

export function useCampaignOptions() {
  return useQuery({ queryKey: ['campaign-options'], queryFn: ({ signal }) => api.get('/campaigns/options', { signal }) });
}

export function useEffectOf(uid: string) {
  return useQuery({ queryKey: ['campaign-effect', uid], queryFn: ({ signal }) => api.get('/campaigns/{uid}/effect', { path: { uid }, signal }) });
}

/** The estimate of the campaign as it is now: what the page shows of it is renewed first. */
export function useEstimate(uid: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await client.invalidateQueries({ queryKey: ['campaign', uid] });
      return api.post('/campaigns/{uid}/estimate', { path: { uid } });
    },
  });
}

export type Step = 'launch' | 'pause' | 'resume' | 'stop';

/** The people of the estimate and its day, as they stood before whoever confirms. */
type Confirmed = { step: 'confirm'; count: number; business_date: string };

/** Confirm, launch, pause, resume, stop: each on the revision the person sees. */
export function useCampaignStep(campaign: Campaign) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (step: Confirmed | { step: Step }) => {
      const { uid, revision } = campaign;
      if (step.step !== 'confirm') return api.post(`/campaigns/{uid}/${step.step}`, { path: { uid }, body: { revision } });
      return api.post('/campaigns/{uid}/confirm', { path: { uid }, body: { revision, count: step.count, business_date: step.business_date } });
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['campaign', campaign.uid] });
      void client.invalidateQueries({ queryKey: ['campaign-effect', campaign.uid] });
      void client.invalidateQueries({ queryKey: ['campaigns'] });
    },
  });
}
