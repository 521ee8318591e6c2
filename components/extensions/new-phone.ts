/** A telephone that was made a moment ago: its secret is known this once. */
export type NewPhone = Readonly<{
  id: string;
  sipUsername: string;
  secretOnce: string;
  sipDomain: string;
  sipPort: number;
  transport: string;
  apps: Readonly<{ acrobitsCloudId: string | null; zoiperProviderId: string | null }>;
}>;
