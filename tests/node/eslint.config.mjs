// The schema as Relay and its readers need it.
import graphql from "@graphql-eslint/eslint-plugin";

// Found again through what holds them: they have no identity of their own.
const parts = [
  "ActionDraft", "AdministeredActionType", "AdministeredOption", "Administration", "AvailabilityWatch",
  "EligibilityReason", "FieldChange", "GapCoverage", "Level", "MentorEligibility", "MentoringSettings",
  "MentoringStatistics", "NotificationSetting", "PageInfo", "RequestedGap", "SkillGap", "SkillLevel", "UnlistedReason",
  "UntaughtGap", "UserError",
];

export default [
  {
    files: ["**/*.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: process.env.SCHEMA } },
    },
    rules: {
      "@graphql-eslint/relay-arguments": "error",
      "@graphql-eslint/relay-connection-types": "error",
      // Relay asks nothing of lists that are no connections, such as the errors of a mutation.
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],
      "@graphql-eslint/relay-page-info": "error",
      "@graphql-eslint/strict-id-in-types": [
        "error",
        { exceptions: { types: parts, suffixes: ["Connection", "Edge", "Payload"] } },
      ],
      "@graphql-eslint/require-description": [
        "error",
        {
          types: true,
          DirectiveDefinition: true,
          EnumValueDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
        },
      ],
    },
  },
];
