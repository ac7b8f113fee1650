export function Skeleton({ rows }: { rows: number }) {
  return (
    <div className="skeleton" role="status">
      <span className="unseen">Loading…</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="panel skeleton-row" aria-hidden="true">
          <i className="bone wide" />
          <i className="bone" />
          <i className="bone narrow" />
        </div>
      ))}
    </div>
  );
}
