import type { Diagnostic } from '../../report/diagnostic.ts';
import type { DefinitionPath } from '../source/definition-path.ts';

/** A JSON Schema, or one of the schemas inside it, as far as messages about it are made from it. */
export type SchemaNode = {
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  /** The value is a secret: it is never shown. */
  readonly writeOnly?: boolean;
  readonly [keyword: string]: unknown;
};

/** A schema error in the user's words, and the paths whose values cannot be relied on because of it. */
export interface ExplainedError {
  readonly diagnostic: Diagnostic;
  readonly concerns: readonly DefinitionPath[];
}
