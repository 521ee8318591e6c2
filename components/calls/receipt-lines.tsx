type Line = Readonly<{ label: string; value: string }>;

/** Label at the left, figure at the right, as receipts have it. */
export function ReceiptLines({ lines }: Readonly<{ lines: readonly Line[] }>) {
  return (
    <dl className="grid border-t border-dashed pt-2">
      {lines.map(({ label, value }) => (
        <div className="flex justify-between gap-4 py-0.5" key={`${label} ${value}`}>
          <dt className="text-ink-2">{label}</dt>
          <dd className="figures text-end">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
