import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { Campaign, CampaignOptions, Effect, Estimate } from '../../api';

export function useCampaign(uid: string | undefined) {
  return useQuery({
    queryKey: ['campaign', uid],
    queryFn: ({ signal }) => api.get<Campaign>(`/campaigns/${uid ?? ''}`, signal),
    enabled: uid !== undefined,
    // A running campaign moves by itself.
    refetchInterval: (query) => (query.state.data?.state === 'running' ? 10_000 : false),
  });
}

export function useCampaignOptions() {
  return useQuery({ queryKey: ['campaign-options'], queryFn: ({ signal }) => api.get<CampaignOptions>('/campaigns/options', signal) });
}

export function useEffectOf(uid: string) {
  return useQuery({ queryKey: ['campaign-effect', uid], queryFn: ({ signal }) => api.get<Effect>(`/campaigns/${uid}/effect`, signal) });
}

/** The estimate of the campaign as it is now: what the page shows of it is renewed first. */
export function useEstimate(uid: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await client.invalidateQueries({ queryKey: ['campaign', uid] });
      return api.post<Estimate>(`/campaigns/${uid}/estimate`);
    },
  });
}

export type Step = 'confirm' | 'launch' | 'pause' | 'resume' | 'stop';

/** Confirm, launch, pause, resume, stop: each on the revision the person sees. */
export function useCampaignStep(campaign: Campaign) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ step, ...body }: { step: Step; count?: number; business_date?: string }) =>
      api.post<Campaign | undefined>(`/campaigns/${campaign.uid}/${step}`, { revision: campaign.revision, ...body }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['campaign', campaign.uid] });
      void client.invalidateQueries({ queryKey: ['campaign-effect', campaign.uid] });
      void client.invalidateQueries({ queryKey: ['campaigns'] });
    },
  });
}
