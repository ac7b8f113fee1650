// The schema as Relay and its readers need it: `npm run lint`.
import graphql from "@graphql-eslint/eslint-plugin";

const schema = "schema.graphql";

export default [
  {
    files: ["**/*.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema } } },
    rules: {
      "@graphql-eslint/relay-arguments": "error",
      "@graphql-eslint/relay-connection-types": "error",
      "@graphql-eslint/relay-edge-types": ["error", { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false }],
      "@graphql-eslint/relay-page-info": "error",
      "@graphql-eslint/strict-id-in-types": ["error", { exceptions: { suffixes: ["Connection", "Edge", "Payload"] } }],
      "@graphql-eslint/require-description": [
        "error",
        { types: true, DirectiveDefinition: true, EnumValueDefinition: true, FieldDefinition: true, InputValueDefinition: true },
      ],
    },
  },
];
