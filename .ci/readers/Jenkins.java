import edu.hm.hafner.analysis.FileReaderFactory;
import edu.hm.hafner.analysis.registry.ParserRegistry;
import java.nio.file.Path;

/** Reads reports as the Warnings plugin of Jenkins does: pairs of a parser and a file. */
public class Jenkins {
    public static void main(String[] args) {
        for (int i = 0; i < args.length; i += 2) {
            var report = new ParserRegistry().get(args[i]).createParser().parse(new FileReaderFactory(Path.of(args[i + 1])));
            for (var x : report) {
                System.out.println(String.join("\t", args[i], x.getFileName(), "" + x.getLineStart(), "" + x.getColumnStart(), x.getType()));
            }
        }
    }
}
