// A table of attributes by shards: each is a task of its own, and the merge makes of them the table that one run would have written.
//
//   nextflow run main.nf --input basins.gpkg --datasets copernicus_dem:elevation,isric_soilgrids:clay_0-5cm --shards 16 -resume
//
// The service and the key come from the environment: CAS_URL and CAS_API_KEY. nextflow.config says what can be set.
//
// The journals lie in --journals, not in the tasks' own folders, which are new for each attempt: a task that failed, was killed, or is run
// again goes on with its journal, and asks only for what is not answered. The folder has to be one that all tasks share.

process EXTRACT {
    tag "${number}/${params.shards}"
    // Exit code 2 is a command that cas does not understand, or a journal of other parameters: trying again does not help.
    errorStrategy { task.exitStatus == 2 ? 'finish' : 'retry' }
    maxRetries params.retries

    input:
    tuple val(number), path(input)

    output:
    path "${table}", emit: tables
    path "${part}.{errors.csv,meta.json,shard.json}", emit: others

    script:
    stem = file(params.output).baseName
    part = String.format('%s.%04d-of-%04d', stem, number, params.shards as int)
    table = "${part}.${file(params.output).extension}"
    ask = arguments(params)
    // Exit code 3 says that some features failed: they are rows with their reasons, and the shard is whole.
    """
    mkdir -p '${params.journals}'
    ${params.cas} extract '${input}' ${ask} -o '${params.journals}/${file(params.output).name}' --shard ${number}/${params.shards} --quiet || [ \$? -eq 3 ]
    cp '${params.journals}/${table}' '${params.journals}/${part}.errors.csv' '${params.journals}/${part}.meta.json' '${params.journals}/${part}.shard.json' .
    """
}

process MERGE {
    publishDir file(params.output).parent, mode: 'copy'

    input:
    path tables
    path others

    output:
    path "${file(params.output).name}"
    path "${file(params.output).baseName}.errors.csv"
    path "${file(params.output).baseName}.meta.json"

    script:
    name = file(params.output).name
    """
    ${params.cas} merge -o '${name}' ${tables.collect { "'${it}'" }.join(' ')} || [ \$? -eq 3 ]
    """
}

// arguments are those of cas extract besides the files, for a shell.
def arguments(params) {
    def words = params.datasets.toString().tokenize(',').collectMany { ['-d', it] }
    ['id_field', 'aggregation', 'start', 'end', 'layer'].each { name ->
        if (params[name]) words += ['--' + name.replace('_', '-'), params[name].toString()]
    }
    params.keep.toString().tokenize(',').each { words += ['--keep', it] }
    return words.collect { "'" + it.replace("'", "'\\''") + "'" }.join(' ') + ' ' + params.options
}

workflow {
    if (!params.input || !params.datasets) {
        error 'give --input FILE and --datasets ID,ID'
    }
    input = file(params.input, checkIfExists: true)
    EXTRACT(Channel.of(1..(params.shards as int)).map { [it, input] })
    MERGE(EXTRACT.out.tables.toSortedList(), EXTRACT.out.others.collect())
}
