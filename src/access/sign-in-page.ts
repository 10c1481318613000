/** What a person sees whose link signs nobody in; programs get the error as JSON. */
export const refusedSignInPage = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Waybill: this link signs nobody in</title>
  <main>
    <h1>This link signs nobody in</h1>
    <p>A sign-in link works once, for 15 minutes. This one was used, has run out, or was not copied whole.</p>
    <p>For a new one, start <code>waybill serve</code> again and open the link that it prints, or ask an owner of your
    org, who can make one with <code>POST /api/v1/sign-in-links</code>.</p>
    <p><a href="/docs">The reference of the API</a> can be read without signing in.</p>
  </main>
</html>
`
