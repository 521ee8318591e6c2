import { Skeleton } from "@/components/ui/skeleton";

export default function Loading() {
  return <Skeleton className="pt-10" label="Loading the page" rows={10} />;
}
