import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { Campaign } from '../../api';
import { useChange } from '../../kit/change';

/** How soon a page asks again, in ms: for what is under way, for what will begin by itself. */
const [SOON, LATER] = [1_000, 5_000];

export function useCampaign(uid: string | undefined) {
  return useQuery({
    queryKey: ['campaign', uid],
    queryFn: ({ signal }) => api.get('/campaigns/{uid}', { path: { uid: uid ?? '' }, signal }),
    enabled: uid !== undefined,
    // A running campaign moves by itself; what is being confirmed is so in a moment.
    refetchInterval: (query) => ({ running: 10_000, confirming: SOON })[query.state.data?.state as string] ?? false,
  });
}

export function useCampaignOptions() {
  return useQuery({
    queryKey: ['campaign-options'],
    queryFn: ({ signal }) => api.get('/campaigns/options', { signal }),
  });
}

/** The stored effect; while newer figures are not counted yet, it is asked for again. */
export function useEffectOf(uid: string) {
  return useQuery({
    queryKey: ['campaign-effect', uid],
    queryFn: ({ signal }) => api.get('/campaigns/{uid}/effect', { path: { uid }, signal }),
    refetchInterval: (query) =>
      query.state.data?.run?.under_way ? SOON : query.state.data?.current === false ? LATER : false,
  });
}

/** The newest stored estimate; while a run computes another one, it is asked for again and again. */
export function useEstimate(uid: string) {
  return useQuery({
    queryKey: ['campaign-estimate', uid],
    queryFn: ({ signal }) => api.get('/campaigns/{uid}/estimate', { path: { uid }, signal }),
    refetchInterval: (query) => (query.state.data?.run?.under_way ? SOON : false),
  });
}

/** Have it computed of the campaign, the audience and the data of now. */
export function useStartEstimate(uid: string) {
  const client = useQueryClient();
  return useChange({
    mutationFn: () => api.post('/campaigns/{uid}/estimate', { path: { uid } }),
    onSuccess: (data) => {
      client.setQueryData(['campaign-estimate', uid], data);
      void client.invalidateQueries({ queryKey: ['campaign', uid] });
    },
  });
}

/** Have the effect computed of the newest data. */
export function useMeasure(uid: string) {
  const client = useQueryClient();
  return useChange({
    mutationFn: () => api.post('/campaigns/{uid}/effect', { path: { uid } }),
    onSuccess: (data) => client.setQueryData(['campaign-effect', uid], data),
  });
}

export type Step = 'launch' | 'pause' | 'resume' | 'stop';

/** The people of the estimate and its day, as they stood before whoever confirms. */
type Confirmed = { count: number; business_date: string };

/** Confirm, launch, pause, resume, stop: each on the revision the person sees. */
export function useCampaignStep(campaign: Campaign) {
  const client = useQueryClient();
  return useChange({
    mutationFn: (step: Confirmed | Step) => {
      const { uid, revision } = campaign;
      if (typeof step === 'string') return api.post(`/campaigns/{uid}/${step}`, { path: { uid }, body: { revision } });
      return api.post('/campaigns/{uid}/confirm', {
        path: { uid },
        body: { revision, count: step.count, business_date: step.business_date },
      });
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['campaign', campaign.uid] });
      void client.invalidateQueries({ queryKey: ['campaign-estimate', campaign.uid] });
      void client.invalidateQueries({ queryKey: ['campaign-effect', campaign.uid] });
      void client.invalidateQueries({ queryKey: ['campaigns'] });
    },
  });
}
