import { Component, type ReactNode } from "react";

import { Failure } from "../ui/Failure.tsx";

interface Props {
  children: ReactNode;
}

/** Where a page breaks, the rest of the console stays, and nobody looks at nothing. */
export class Boundary extends Component<Props, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <>
        <h1>Something went wrong</h1>
        <Failure message="This page could not be shown." onRetry={() => this.setState({ broken: false })} />
      </>
    );
  }
}
