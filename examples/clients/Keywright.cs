/* A client of keywright in one file: .NET 5 or newer, .NET Framework 4.6, Mono 6; no package.
 *
 * Copy it into your project:
 *
 *     var shop = new Keywright.Client("https://shop.example");
 *     var usageId = (await shop.Activate(key, email))["usage_id"];           // once; keep it
 *     try {                                                                  // at each start
 *         await shop.Check(key, usageId, email);
 *         settings.LastGood = DateTime.UtcNow;
 *     } catch (Keywright.LicenceException e) {                               // the server said no
 *         Lock($"This licence is not valid ({e.Code} {e.Name}).");
 *     } catch (Keywright.UnavailableException) {                             // no verdict: the buyer may be offline
 *         if (DateTime.UtcNow - settings.LastGood > TimeSpan.FromDays(30)) Lock("Please connect once.");
 *     }
 *
 * Try it: mcs -d:KEYWRIGHT_MAIN -r:System.Net.Http,System.Runtime.Serialization,System.Xml,System.Xml.Linq Keywright.cs
 */
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Threading.Tasks;
using System.Xml;
using System.Xml.Linq;

namespace Keywright
{
    /// <summary>The server's refusal: a code such as 1201 and its name, MAX_USES.</summary>
    public sealed class LicenceException : Exception
    {
        public int Code { get; }
        public string Name { get; }
        public LicenceException(int code, string name) : base($"{code} {name}") { Code = code; Name = name; }
    }

    /// <summary>No verdict: the network, a time-out, a stranger's answer, or a busy server (1903, 1905).</summary>
    public sealed class UnavailableException : Exception
    {
        public UnavailableException(string why, Exception inner = null) : base(why, inner) { }
    }

    /// <summary>An answer: its fields as text by name, null when missing; the whole as JSON.</summary>
    public sealed class Answer
    {
        public string Json { get; }
        public XElement Fields { get; }
        public string this[string name] => Fields?.Element(name)?.Value;

        internal Answer(string json)
        {
            Json = json;
            try
            {
                var bytes = Encoding.UTF8.GetBytes(json);
                Fields = XElement.Load(JsonReaderWriterFactory.CreateJsonReader(bytes, XmlDictionaryReaderQuotas.Max));
            }
            catch (Exception e) when (e is XmlException || e is FormatException || e is InvalidOperationException)
            {
                // Not JSON: no fields.
            }
        }
    }

    public sealed class Client
    {
        const string Api = "/applications/softwaremarketplace/interface/licenses/index.php";
        // A redirected POST would lose its parameters on the way and be refused for that.
        readonly HttpClient http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        readonly string baseUrl;

        /// <summary>The time-out is for a whole request; ten seconds if not given.</summary>
        public Client(string baseUrl, TimeSpan? timeout = null)
        {
            this.baseUrl = baseUrl.TrimEnd('/');
            http.Timeout = timeout ?? TimeSpan.FromSeconds(10);
        }

        /// <summary>Takes a use. Every try carries the same nonce, so an answer that got lost takes no second use; to
        /// go on trying after a restart, keep a nonce of your own until there is an answer.</summary>
        public async Task<Answer> Activate(string key, string identifier = null, string nonce = null)
        {
            nonce = nonce ?? Guid.NewGuid().ToString("N");
            var bind = identifier == null ? null : "1";
            for (var left = 2; ; left--)
            {
                try
                {
                    return await Call("activate", "usage_id", "key", key, "identifier", identifier,
                        "setIdentifier", bind, "nonce", nonce);
                }
                catch (UnavailableException) when (left > 0) { }
                await Task.Delay(1000);
            }
        }

        public Task<Answer> Check(string key, string usageId, string identifier = null) =>
            Call("check", "status", "key", key, "usage_id", usageId, "identifier", identifier);

        public Task<Answer> Info(string key, string identifier = null) =>
            Call("info", "key", "key", key, "identifier", identifier);

        /// <summary>Keeps a value of yours, at most 4 KiB of JSON, with this use; Info shows it.</summary>
        public Task<Answer> UpdateExtra(string key, string usageId, string json, string identifier = null) =>
            Call("updateExtra", "status", "key", key, "usage_id", usageId, "extra", json, "identifier", identifier);

        /// <summary>The newest release, if its longversion is above the installed one; else null.</summary>
        public async Task<Answer> Update(string productId, long installed)
        {
            var url = baseUrl + "/software/updatecheck/" + Uri.EscapeDataString(productId);
            var answer = await Send(new HttpRequestMessage(HttpMethod.Get, url), "longversion");
            return answer != null && long.Parse(answer["longversion"]) > installed ? answer : null;
        }

        // By POST, so that keys stay out of the logs of proxies.
        Task<Answer> Call(string action, string field, params string[] namesAndValues)
        {
            var form = Enumerable.Range(0, namesAndValues.Length / 2)
                .Select(i => new KeyValuePair<string, string>(namesAndValues[2 * i], namesAndValues[2 * i + 1]))
                .Where(pair => pair.Value != null);
            var request = new HttpRequestMessage(HttpMethod.Post, baseUrl + Api + "?" + action);
            request.Content = new FormUrlEncodedContent(form);
            return Send(request, field);
        }

        async Task<Answer> Send(HttpRequestMessage request, string field)
        {
            int status, code; // `out var` in an async method crashes mcs
            Answer answer;
            try
            {
                using (var reply = await http.SendAsync(request))
                {
                    status = (int)reply.StatusCode;
                    answer = new Answer(Encoding.UTF8.GetString(await reply.Content.ReadAsByteArrayAsync()));
                }
            }
            catch (OperationCanceledException e)
            {
                throw new UnavailableException("the server did not answer in time", e);
            }
            catch (Exception e) when (e is HttpRequestException || e is IOException)
            {
                throw new UnavailableException(e.GetBaseException().Message, e);
            }
            if (status == 200 && answer[field] != null) return answer;
            // Nothing is published yet.
            if (status == 404 && answer["error"] != null && field == "longversion") return null;
            if (!int.TryParse(answer["errorCode"], out code))
                throw new UnavailableException($"HTTP {status} without a licence answer");
            if (code == 1903 || code == 1905) throw new UnavailableException($"{code} {answer["errorMessage"]}");
            throw new LicenceException(code, answer["errorMessage"]);
        }
    }

#if KEYWRIGHT_MAIN
    static class Program
    {
        /// <summary>Exit code 0: the answer is printed; 1: refused; 2: no verdict; 64: wrong arguments.</summary>
        static int Main(string[] args)
        {
            try
            {
                var answer = Run(args);
                if (answer == null) return 64;
                var found = answer.GetAwaiter().GetResult();
                var line = found == null ? "up to date\n" : found.Json + "\n";
                using (var to = found == null ? Console.OpenStandardError() : Console.OpenStandardOutput())
                    to.Write(Encoding.UTF8.GetBytes(line), 0, Encoding.UTF8.GetByteCount(line));
                return 0;
            }
            catch (LicenceException e) { Console.Error.WriteLine(e.Message); return 1; }
            catch (UnavailableException e) { Console.Error.WriteLine("no verdict: " + e.Message); return 2; }
            catch (Exception e) { Console.Error.WriteLine(e.Message); return 64; }
        }

        static Task<Answer> Run(string[] args)
        {
            var seconds = Environment.GetEnvironmentVariable("KEYWRIGHT_TIMEOUT") ?? "10";
            var shop = new Client(args.FirstOrDefault() ?? "", TimeSpan.FromSeconds(double.Parse(seconds)));
            Func<int, string> at = args.ElementAtOrDefault;
            switch (at(1) + " " + (args.Length - 2))
            {
                case "activate 1": case "activate 2": return shop.Activate(at(2), at(3));
                case "check 2": case "check 3": return shop.Check(at(2), at(3), at(4));
                case "info 1": case "info 2": return shop.Info(at(2), at(3));
                case "update-extra 3": case "update-extra 4": return shop.UpdateExtra(at(2), at(3), at(4), at(5));
                case "update 2": return shop.Update(at(2), long.Parse(at(3)));
            }
            Console.Error.WriteLine("usage: keywright.exe BASE_URL activate KEY [IDENTIFIER]"
                + " | check KEY USAGE_ID [IDENTIFIER] | info KEY [IDENTIFIER]"
                + " | update-extra KEY USAGE_ID JSON [IDENTIFIER] | update PRODUCT_ID INSTALLED_LONGVERSION");
            return null;
        }
    }
#endif
}
