/** As the model documents them, to the letter. */
export const createDocument = `mutation CreateAnalysis(
  $project: String!
  $sequencingGroupIds: [String!]
  $type: String!
  $status: AnalysisStatus!
  $outputs: JSON
) {
  analysis {
    createAnalysis(
      project: $project
      analysis: {
        type: $type
        status: $status
        sequencingGroupIds: $sequencingGroupIds
        outputs: $outputs
      }
    ) {
      id
      status
      outputs
    }
  }
}`
export const readDocument = `query GetAnalysis($analysisId: Int!) {
  analysis(id: $analysisId) {
    id
    type
    status
    outputs  # JSON scalar - returns entire outputs structure
  }
}`
