/** What a person sees whose link signs nobody in; programs get the error as JSON. */
export const refusedSignInPage = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Waybill: this link signs nobody in</title>
  <style>
    main { max-width: 38rem; margin: 15vh auto; padding: 0 1.5rem; font: 1rem/1.6 system-ui, sans-serif; color: #212529; }
    h1 { font-size: 1.5rem; }
    code { background: #f1f3f5; padding: 0.1rem 0.3rem; border-radius: 0.2rem; white-space: nowrap; }
  </style>
  <main>
    <h1>This link signs nobody in</h1>
    <p>A sign-in link works once, for 15 minutes. This one was used, has run out, or was not copied whole.</p>
    <p>For a new one, start <code>waybill serve</code> again and open the link that it prints, or ask an owner of your
    org, who can make one with <code>POST /api/v1/sign-in-links</code>.</p>
    <p><a href="/docs">The reference of the API</a> can be read without signing in.</p>
  </main>
</html>
`
