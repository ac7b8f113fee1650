interface Props {
  number: number;
  says: string;
}

/** Its room is kept while there is nothing to count, so that nothing moves when there is. */
export function Badge({ number, says }: Props) {
  return (
    <span className={number ? "badge" : "badge none"}>
      <span aria-hidden="true">{number > 99 ? "99+" : number}</span>
      {number > 0 && <span className="unseen">{says}</span>}
    </span>
  );
}
